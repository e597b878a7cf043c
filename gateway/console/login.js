import { post } from './api.js';
import { html, useState } from './view.js';

/** Asks for the token, once per browser. */
export function Login({ onDone }) {
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await post('/api/login', { token: event.target.elements.token.value.trim() });
      setError('');
      await onDone();
    } catch (e) {
      setError(e.message);
    }
    setBusy(false);
  };
  return html`<main class="login"><form onSubmit=${submit}>
    <img src="/console/logo.svg" alt="" width="48" height="48" />
    <h1>Sluice</h1>
    <p>This gateway asks for its token. It was shown when the gateway was set up, and lies in the file its configuration names.</p>
    <label for="token">Token</label>
    <input id="token" name="token" type="password" autocomplete="current-password" required autofocus aria-describedby="login-error" />
    <p id="login-error" class="error" role="alert">${error}</p>
    <button class="primary" type="submit" disabled=${busy}>Log in</button>
  </form></main>`;
}
