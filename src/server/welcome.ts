// The page that a browser finds while there is no console: what this is, and how to use it.
import type { AccessToken } from '../access/index.ts';
import type { Route } from '../formats/http/index.ts';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Waypost</title>
<h1>Waypost is running</h1>
<p>There is no web interface here yet. Mail programs use IMAP and submission at the addresses that the server
printed when it started; programs that speak JMAP find everything at
<a href="/.well-known/jmap">/.well-known/jmap</a>.</p>
<p>Accounts are made on the command line: <code>waypost account create ann@example.org</code>.</p>
</html>
`;

/** Where `/` leads by default (`Http.redirectRoot`). */
export const welcomeRoute: Route<AccessToken> = {
  method: 'GET',
  path: '/account',
  signIn: 'none',
  clear: true,
  handle: () => ({
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' },
    body: PAGE,
  }),
};
