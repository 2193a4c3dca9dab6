import { type ComponentType, lazy, Suspense } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { type Area, areas } from '../areas/areas.js';
import { Page } from '../kit/page.js';
import { Empty, Loading } from '../kit/states.js';
import { useTexts } from '../kit/texts.js';
import { type Locale, locales, useLocale, WithTexts } from '../session/locale.js';
import { useMe, useSignOut } from '../session/session.js';
import { Boundary } from './boundary.js';
import { ChooseCourse, Course, courseAddress, rememberCourse, rememberedCourse } from './course.js';
import { Home } from './home.js';

const Kit = lazy(() => import('../kit/gallery.js'));

const pages = new Map<string, ComponentType>(
  areas.map(({ path, load }) => [
    path,
    lazy(async () => {
      const { default: Content, texts } = await load();
      const Translated = () => (
        <WithTexts texts={texts}>
          <Content />
        </WithTexts>
      );
      return { default: Translated };
    }),
  ]),
);

/** The address of an area: that of the course that the page is about, or of the last one. */
const addressOf = ({ path, isOfCourse }: Area, courseId: string | undefined) =>
  isOfCourse && courseId ? courseAddress(courseId, path) : `/${path}`;

export function Shell() {
  const me = useMe();
  const say = useTexts();
  const [location] = useLocation();
  const own = areas.filter(({ isFor }) => isFor(me));
  const inAddress = /^\/courses\/([^/]+)/.exec(location)?.[1];
  const open = location.split('/')[inAddress ? 3 : 1];
  const courseId = inAddress ? decodeURIComponent(inAddress) : rememberedCourse();
  return (
    <>
      <a className="skip" href="#content">
        {say('shell.skip')}
      </a>
      <header className="shell-header">
        <Link href="/" className="shell-name">
          {say('shell.name')}
        </Link>
        <nav aria-label={say('shell.areas')}>
          <ul>
            {own.map((area) => (
              <li key={area.path}>
                <Link href={addressOf(area, courseId)} aria-current={area.path === open ? 'page' : undefined}>
                  {say(`area.${area.path}`)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <User />
      </header>
      {inAddress && (
        <nav className="shell-course" aria-label={say('shell.course')}>
          {say('shell.course')}: <strong>{courseId}</strong>{' '}
          <Link href={`/${open ?? 'exam-day'}`}>{say('shell.choose_course')}</Link>
        </nav>
      )}
      <main id="content" tabIndex={-1}>
        <Boundary key={location}>
          <Suspense fallback={<Loading />}>
            <Switch>
              <Route path="/">
                <Home areas={own.map((area) => ({ path: area.path, address: addressOf(area, courseId) }))} />
              </Route>
              <Route path="/kit">
                <Kit />
              </Route>
              {own.map((area) => (
                <Route
                  key={area.path}
                  path={area.isOfCourse ? `/courses/:courseId/${area.path}/*?` : `/${area.path}/*?`}
                >
                  {() => <AreaPage area={area} courseId={area.isOfCourse ? courseId : undefined} />}
                </Route>
              ))}
              {own
                .filter(({ isOfCourse }) => isOfCourse)
                .map(({ path }) => (
                  <Route key={`choose ${path}`} path={`/${path}`}>
                    <ChooseCourse area={path} />
                  </Route>
                ))}
              <Route>
                <Page title={say('shell.not_found')}>
                  <Empty />
                </Page>
              </Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
    </>
  );
}

function AreaPage({ area, courseId }: { area: Area; courseId: string | undefined }) {
  const Content = pages.get(area.path)!;
  if (courseId) rememberCourse(courseId);
  return (
    <Course value={courseId}>
      <Content key={courseId} />
    </Course>
  );
}

function User() {
  const me = useMe();
  const say = useTexts();
  const signOut = useSignOut();
  const { locale, choose } = useLocale();
  return (
    <div className="shell-user">
      <select
        aria-label={say('shell.language')}
        value={locale}
        onChange={({ target }) => choose(target.value as Locale)}
      >
        {Object.entries(locales).map(([code, { name }]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
      <span className="small">{me.username}</span>
      <button type="button" className="compact" onClick={signOut}>
        {say('shell.sign_out')}
      </button>
    </div>
  );
}
