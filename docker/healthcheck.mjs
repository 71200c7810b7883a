// HEALTHCHECK of the image: exits 0 while /readyz answers 200. The base image has no curl, so Node asks.
// An address or a port other than the default is seen here only if it is given as AMI_GATEWAY_METRICS_BINDADDR or _PORT.
import http from 'node:http';

const { AMI_GATEWAY_METRICS_BINDADDR: bindAddress = '', AMI_GATEWAY_METRICS_PORT: port = '9550' } = process.env;
const ANY_ADDRESS = ['', '0.0.0.0', '::'];
const host = ANY_ADDRESS.includes(bindAddress) ? '127.0.0.1' : bindAddress;
const request = http.get({ host, port, path: '/readyz', timeout: 3000 }, (response) => {
  process.stdout.write(`/readyz answers ${response.statusCode}\n`);
  process.exit(response.statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => request.destroy(new Error('no answer in 3 seconds')));
request.on('error', (error) => {
  process.stdout.write(`/readyz: ${error.message}\n`);
  process.exit(1);
});
