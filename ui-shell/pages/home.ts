import { html, pageAt, signedIn, useEffect } from '../../sdk/ui/index.ts';
import { usePlace } from '../location.ts';
import { say } from '../messages.ts';
import { sectionsOf } from '../navigation.ts';

/** Goes to the first thing of the first workspace. */
export default function Home() {
  const { go } = usePlace();
  const first = sectionsOf(signedIn().packs)[0]?.entries[0];
  const href = first && pageAt(first.path);
  useEffect(() => {
    if (href) go(href, { replace: true });
  }, [href]);
  return href
    ? null
    : html`<div class="state"><h1>${say('home.welcome', { handle: signedIn().user.handle })}</h1><p>${say('home.nothing')}</p></div>`;
}
