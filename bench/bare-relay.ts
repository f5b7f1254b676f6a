import { connect, createServer } from 'node:net';

// What two sockets cost in Node with nothing in between: `node bare-relay.ts LISTEN TARGET`.
const [listen = '0', target = '0'] = process.argv.slice(2);
createServer({ noDelay: true }, (client) => {
  const server = connect({ port: Number(target), host: '127.0.0.1', noDelay: true });
  client.on('data', (chunk) => server.write(chunk));
  server.on('data', (chunk) => client.write(chunk));
  const end = () => {
    client.destroy();
    server.destroy();
  };
  for (const socket of [client, server]) socket.on('close', end).on('error', end);
}).listen(Number(listen), '127.0.0.1');
