import { Link, useLocation } from 'wouter';
import { useTexts } from './texts.js';

/** Links to the pages of an area. '' is its first page. Their names are texts of the area. */
export function SubPages({ area, pages }: { area: string; pages: readonly string[] }) {
  const say = useTexts();
  const [location] = useLocation();
  const open = location.split('/')[2] ?? '';
  return (
    <nav className="sub-pages" aria-label={say(`${area}.pages`)}>
      <ul>
        {pages.map((page) => (
          <li key={page}>
            <Link href={page ? `/${area}/${page}` : `/${area}`} aria-current={page === open ? 'page' : undefined}>
              {say(`${area}.page.${page || 'first'}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
