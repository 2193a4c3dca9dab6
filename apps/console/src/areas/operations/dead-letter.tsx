import { Link } from 'wouter';
import { Fact } from '../../kit/facts.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import { LetterActions } from './letter-actions.js';
import { useDeadLetter } from './queries.js';

/** An event that could not be delivered, with the reason of each subscription. */
export function DeadLetterPage({ eventId }: { eventId: string }) {
  const say = useTexts();
  return (
    <Page title={say('operations.dead_letter')}>
      <p>
        <Link href="/operations/dead-letters">{say('operations.page.dead-letters')}</Link>
      </p>
      <Loaded query={useDeadLetter(eventId)}>
        {({ event, letters }) => (
          <>
            {letters.map((letter) => (
              <section key={letter.subscription} className="card stack-tight">
                <div className="row spread">
                  <h2>{letter.subscription}</h2>
                  <LetterActions letter={letter} />
                </div>
                <p className="banner bad">{letter.reason}</p>
                <dl className="facts">
                  <Fact name="operations.since">
                    <Time at={letter.recorded_at} />
                  </Fact>
                  <Fact name="operations.ordering_key">
                    <code>{letter.ordering_key}</code>
                  </Fact>
                </dl>
              </section>
            ))}
            <section className="stack-tight">
              <h2>{event.type}</h2>
              <pre>{JSON.stringify(event, null, 2)}</pre>
            </section>
          </>
        )}
      </Loaded>
    </Page>
  );
}
