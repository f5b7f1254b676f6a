import type { HttpProtocol } from '../../core/http-machine.ts';
import { HttpSession } from './machine.ts';

export const http: HttpProtocol = {
  name: 'http',
  machine: (options) => new HttpSession(options),
};
