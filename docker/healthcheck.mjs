// HEALTHCHECK of the image: exits 0 while /readyz answers 200. The base image has no curl, so Node asks.
// A metrics port other than the default is seen here only if it is given as AMI_GATEWAY_METRICS_PORT.
import http from 'node:http';

const port = process.env.AMI_GATEWAY_METRICS_PORT ?? '9550';
const request = http.get({ host: '127.0.0.1', port, path: '/readyz', timeout: 3000 }, (response) => {
  process.stdout.write(`/readyz answers ${response.statusCode}\n`);
  process.exit(response.statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => request.destroy(new Error('no answer in 3 seconds')));
request.on('error', (error) => {
  process.stdout.write(`/readyz: ${error.message}\n`);
  process.exit(1);
});
