/** Why a port cannot be opened, in words. */
/** A sentence that says what to do. */
export function listenFailure(error: NodeJS.ErrnoException, bindAddress: string, port: number): string {
  const place = `cannot listen on ${bindAddress} port ${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${place}: the port is in use; stop what listens there (\`ss -ltnp\` shows it) or choose another port`;
    case 'EADDRNOTAVAIL':
      return `${place}: this machine has no such address; check bindaddr`;
    case 'EACCES':
      return `${place}: permission denied; ports below 1024 need privileges`;
    default:
      return `${place}: ${error.message}`;
  }
}

/** Why OpenSSL does not take the settings of manager.conf or http.conf. */
export function tlsFailure(error: unknown): string {
  const cause = error instanceof Error ? error.message : String(error);
  return `cannot use the TLS settings: ${cause}; check tlscipher`;
}
