import { FormattedMessage, useIntl } from 'react-intl';
import { Link, useLocation } from 'wouter';

/** Links to the pages of an area. '' is its first page. Their names are texts of the area. */
export function SubPages({ area, pages }: { area: string; pages: readonly string[] }) {
  const intl = useIntl();
  const [location] = useLocation();
  const open = location.split('/')[2] ?? '';
  return (
    <nav className="sub-pages" aria-label={intl.formatMessage({ id: `${area}.pages` })}>
      <ul>
        {pages.map((page) => (
          <li key={page}>
            <Link href={page ? `/${area}/${page}` : `/${area}`} aria-current={page === open ? 'page' : undefined}>
              <FormattedMessage id={`${area}.page.${page || 'first'}`} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
