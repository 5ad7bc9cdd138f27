import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the service; the built explorer is served by the service itself. */
const SERVICE_URL = 'http://127.0.0.1:4600';

export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist', target: 'es2022', chunkSizeWarningLimit: 700 },
  server: { proxy: { '/graphql': SERVICE_URL, '/api': SERVICE_URL, '/v2': SERVICE_URL } },
  test: { environment: 'node', include: ['src/**/*.spec.ts'], css: true },
});
