import './components/csp-nonce';
import './styles/index.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { applyLook } from './appearance';
import { currentSettings } from './data/settings';
import { firstDrawn, startData } from './data/start';
import { languageFor, startLanguage } from './i18n';
import { startKeyboard } from './state/commands';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root');
const data = startData();
const settings = currentSettings();
applyLook(settings);
startKeyboard(window);
await startLanguage(languageFor(settings.locale, navigator.languages));
createRoot(root).render(<App onDrawn={firstDrawn} />);
await data;
