import { exposeHome } from './desktop/bridge';

exposeHome(process.platform);
