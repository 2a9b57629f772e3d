import { backendContract } from '../../testing/backend.contract';
import { harnessOf } from '../../testing/vendor-kit';
import { openZammad } from '../../testing/vendors/zammad/zammad-simulator';
import { zammadDefinition } from './zammad-backend';

backendContract('Zammad, simulated', zammadDefinition.descriptor, () =>
  Promise.resolve(harnessOf(openZammad())),
);
