import { FormattedMessage, FormattedTime } from 'react-intl';
import { Badge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import type { Connection } from './board-connection.js';

/** Says whether the page is up to date, and since when it is not. */
export function ConnectionState({ connection, retry }: { connection: Connection; retry: () => void }) {
  const say = useTexts();
  return (
    <>
      <span role="status">
        {connection.is === 'reconnecting' ? (
          <>
            <Badge tone="warn">
              <FormattedMessage
                id="exam_day.reconnecting"
                values={{
                  time: <FormattedTime value={connection.since} hour="2-digit" minute="2-digit" second="2-digit" />,
                }}
              />
            </Badge>{' '}
            {say('exam_day.may_be_old')}
          </>
        ) : (
          <Badge tone={connection.is === 'live' ? 'good' : 'idle'}>{say(`exam_day.${connection.is}`)}</Badge>
        )}
      </span>
      {connection.is === 'reconnecting' && (
        <button type="button" className="compact" onClick={retry}>
          {say('kit.retry')}
        </button>
      )}
    </>
  );
}
