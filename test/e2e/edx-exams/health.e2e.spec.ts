import { Draining } from '../../../apps/api/src/health/draining.js';
import { shared } from '../../support/hooks.js';
import { openService } from '../../support/service.js';

const service = shared(openService);
const ask = (url: string) => service.request(undefined, 'GET', url);
const health = (status: string) => ({ overall_status: status, detailed_status: { database_status: status } });

describe('without a login', () => {
  it('/health leads to /health/, which answers in the words of Open edX', async () => {
    const { status, headers } = await ask('/health');
    expect([status, headers.location]).toEqual([301, '/health/']);
    expect(await ask('/health/')).toMatchObject({ status: 200, body: health('OK') });
  });

  it('/browser_lock/ says that the extension is missing', async () => {
    const { status, body, headers } = await ask('/browser_lock/');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).toContain('The browser extension is missing');
  });

  it('a service that ends is unavailable', async () => {
    await service.app.get(Draining).for(0);
    expect(await ask('/health/')).toMatchObject({ status: 503, body: health('UNAVAILABLE') });
  });
});
