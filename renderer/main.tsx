import './components/csp-nonce';
import './styles/index.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { applyLook, rememberedLook } from './appearance';
import { startData } from './data/start';
import { languageFor, startLanguage } from './i18n';
import { startKeyboard } from './state/commands';

const look = rememberedLook();
applyLook(look);
startKeyboard(window);
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root');
const data = startData();
await startLanguage(languageFor(look.locale, navigator.languages));
createRoot(root).render(<App />);
await data;
