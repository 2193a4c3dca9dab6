import { Link } from 'wouter';
import { Page } from '../kit/page.js';
import { useTexts } from '../kit/texts.js';
import { useMe } from '../session/session.js';

export function Home({ areas }: { areas: readonly { path: string; address: string }[] }) {
  const me = useMe();
  const say = useTexts();
  return (
    <Page title={say('shell.welcome', { name: me.name || me.username })}>
      <h2>{say('shell.your_areas')}</h2>
      <ul className="cards plain-list shell-areas">
        {areas.map(({ path, address }) => (
          <li key={path}>
            <Link href={address} className="card">
              <strong>{say(`area.${path}`)}</strong>
              <span className="quiet">{say(`area.${path}.what`)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
