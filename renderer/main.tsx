import './components/csp-nonce';
import './styles/index.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { applyLook } from './appearance';
import { tellAttention } from './data/attention';
import { openBuckets } from './data/cache/store-bucket';
import { currentSettings } from './data/settings';
import { firstDrawn, startData } from './data/start';
import { languageFor, startLanguage } from './i18n';
import { startKeyboard } from './state/commands';
import { useSelection } from './state/selection';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root');
const data = startData(await openBuckets());
const settings = currentSettings();
applyLook(settings);
startKeyboard(window);
window.addEventListener('focus', tellAttention);
useSelection.subscribe((now, before) => {
  if (now.key !== before.key && now.key !== null) tellAttention();
});
await startLanguage(languageFor(settings.locale, navigator.languages));
createRoot(root).render(<App onDrawn={firstDrawn} />);
await data;
