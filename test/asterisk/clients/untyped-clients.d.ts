// The clients below come without types: what they take is declared as far as the tests use it, what they deliver is
// unknown.
declare module 'asterisk-manager' {
  interface Manager {
    on(event: string, listener: (delivered: unknown) => void): void;
    connect(port: number, host: string, connected: (error: unknown) => void): void;
    login(answered: (error: unknown) => void): void;
    action(headers: Record<string, string>, answered: (error: unknown, response: unknown) => void): void;
    disconnect(): void;
  }
  const Manager: new (port: null, host: string, username: string, secret: string, events: boolean) => Manager;
  export = Manager;
}

declare module 'asterisk-ami-client' {
  class AmiClient {
    constructor(options?: { readonly eventFilter?: readonly string[] });
    on(event: string, listener: (delivered: unknown) => void): void;
    connect(user: string, secret: string, address: { readonly host: string; readonly port: number }): Promise<unknown>;
    action(headers: Record<string, string>, promised: true): Promise<unknown>;
    disconnect(): void;
  }
  export = AmiClient;
}

declare module 'yana' {
  interface Options {
    readonly host: string;
    readonly port: number;
    readonly login: string;
    readonly password: string;
    readonly events: boolean;
    readonly reconnect: boolean;
  }
  class Yana {
    constructor(options: Options);
    on(event: string, listener: (delivered: unknown) => void): void;
    connect(): void;
    send(headers: Record<string, string>, answered: (response: unknown) => void): void;
    disconnect(left: () => void): void;
  }
  export = Yana;
}
