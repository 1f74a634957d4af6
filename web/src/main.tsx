import './app/global.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app/App';
import { activate, initialLanguage } from './i18n';
import { takeTabName } from './live/tab';

const place = document.getElementById('root');
if (!place) throw new Error('index.html has no #root');

await Promise.all([activate(initialLanguage()), takeTabName()]);
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
