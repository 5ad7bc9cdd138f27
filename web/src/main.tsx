import '@xyflow/react/dist/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import './cairn.css';
import { FaultBoundary } from './parts/fault-boundary.js';
import { arrive, depart, depose, renew } from './session/provider.js';
import { Session } from './session/session.js';

const session = new Session({
  ...{ store: window.sessionStorage, address: window.location, depart, arrive, renew, depose },
  rename: (address) => window.history.replaceState(null, '', address),
  go: (address) => window.location.assign(address),
});
void session.open();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <FaultBoundary>
      <App session={session} />
    </FaultBoundary>
  </StrictMode>,
);
