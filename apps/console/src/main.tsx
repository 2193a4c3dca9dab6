import './kit/tokens.css';
import './kit/kit.css';
import './shell/shell.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { ApiError } from './api/client.js';
import { NoticeProvider } from './kit/notices.js';
import { LocaleProvider } from './session/locale.js';
import { SignedIn } from './session/session.js';
import { Shell } from './shell/shell.js';
import { texts } from './shell/texts.js';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The service has decided about a 4xx. Other failures may pass.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status < 500),
      staleTime: 5_000,
    },
  },
});

createRoot(document.getElementById('console')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LocaleProvider texts={texts}>
        <Router base="/console">
          <SignedIn>
            <NoticeProvider>
              <Shell />
            </NoticeProvider>
          </SignedIn>
        </Router>
      </LocaleProvider>
    </QueryClientProvider>
  </StrictMode>,
);
