import { render } from 'preact';
import { html } from '../sdk/ui/index.ts';
import { App } from './app.ts';
import { openSession } from './session.ts';

const place = document.getElementById('switchboard');
if (place) {
  // What is shown depends on who asks, so that is asked first, while the page is still being put together.
  openSession();
  render(html`<${App} />`, place);
}
