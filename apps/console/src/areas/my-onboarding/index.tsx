import { useTexts } from '../../kit/texts.js';
import './my-onboarding.css';
import { useQuery } from '@tanstack/react-query';
import { FormattedMessage } from 'react-intl';
import { ApiError, api, type Shape, unwrap } from '../../api/client.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge, type Tone } from '../../kit/status-badge.js';
import { Time } from '../../kit/times.js';
import { useLocale } from '../../session/locale.js';

export { texts } from './texts.js';

type Course = Shape<'CourseWithOnboarding'>;
type Panel = Shape<'OnboardingPanel'>;

/** The user's state of onboarding, in each course that has it. */
export default function MyOnboarding() {
  const say = useTexts();
  const query = useQuery({
    queryKey: ['my-onboarding'],
    queryFn: () => unwrap(api.GET('/api/exams/v1/me/onboarding')),
  });
  return (
    <Page title={say('my_onboarding.title')}>
      <Loaded query={query} isEmpty={({ results }) => results.length === 0} empty={say('my_onboarding.none')}>
        {({ results }) => (
          <>
            <p className="quiet">{say('my_onboarding.intro')}</p>
            <div className="my-onboarding-panels">
              {results.map((course) => (
                <CoursePanel key={course.course_id} course={course} />
              ))}
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function CoursePanel({ course: { course_id, course_name } }: { course: Course }) {
  const say = useTexts();
  const { locale } = useLocale();
  const query = useQuery({
    queryKey: ['my-onboarding', course_id, locale],
    queryFn: async () => {
      try {
        const params = { query: { course_id } };
        return await unwrap(api.GET('/api/edx_proctoring/v1/user_onboarding/status/panel', { params }));
      } catch (error) {
        // The course hides its onboarding exam from this learner.
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
  });
  return (
    <section className="card stack" aria-label={course_name ?? course_id}>
      <div>
        <h2>{course_name ?? course_id}</h2>
        {course_name && <span className="quiet small">{course_id}</span>}
      </div>
      <Loaded query={query}>
        {(panel) => (panel ? <PanelContent panel={panel} /> : <p className="quiet">{say('my_onboarding.closed')}</p>)}
      </Loaded>
    </section>
  );
}

const tones: Record<Panel['tone'], Tone> = { good: 'good', waiting: 'busy', needs_action: 'warn' };

function PanelContent({ panel: { label, tone, message, reminder, link, instructions, expires_at } }: { panel: Panel }) {
  const until = typeof expires_at === 'string' && !Number.isNaN(Date.parse(expires_at)) ? expires_at : undefined;
  const isOver = until !== undefined && Date.parse(until) <= Date.now();
  return (
    <>
      <div>
        <Badge tone={tones[tone]}>{label}</Badge>
      </div>
      {message && <p>{message}</p>}
      {until && (
        <p>
          <FormattedMessage
            id={isOver ? 'my_onboarding.expired' : 'my_onboarding.expires'}
            values={{ at: <Time at={until} /> }}
          />
        </p>
      )}
      {reminder && <p className="quiet">{reminder}</p>}
      {(link || instructions) && (
        <div className="buttons">
          {link?.url && (
            <a className="button primary" href={link.url}>
              {link.text}
            </a>
          )}
          {link && !link.url && <span>{link.text}</span>}
          {instructions && (
            <a className="button" href={instructions.url}>
              {instructions.text}
            </a>
          )}
        </div>
      )}
    </>
  );
}
