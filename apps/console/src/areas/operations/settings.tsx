import { FormattedMessage, useIntl } from 'react-intl';
import { useAddress } from '../../kit/address.js';
import { DataTable } from '../../kit/data-table.js';
import { TextField, Tick } from '../../kit/fields.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge } from '../../kit/status-badge.js';
import { type Setting, useSettings } from './queries.js';

/** The configuration in force, without secrets. */
export function Settings() {
  const intl = useIntl();
  const title = intl.formatMessage({ id: 'operations.page.settings' });
  const head = (id: string) => intl.formatMessage({ id: `operations.${id}` });
  const [[text, search], [changed, setChanged]] = [useAddress('search'), useAddress('changed')];
  const isShown = ({ name, means, is_default, is_set }: Setting) =>
    `${name} ${means}`.toLowerCase().includes(text.toLowerCase()) && (!changed || (is_set && !is_default));
  return (
    <Page title={title}>
      <p className="quiet">
        <FormattedMessage id="operations.settings_what" />
      </p>
      <search className="filters">
        <TextField type="search" label={head('search')} value={text} onChange={search} />
        <Tick label={head('only_changed')} checked={changed !== ''} onChange={(on) => setChanged(on ? 'yes' : '')} />
      </search>
      <Loaded query={useSettings()} isEmpty={({ results }) => !results.some(isShown)}>
        {({ results }) => (
          <DataTable
            label={title}
            rows={results.filter(isShown)}
            keyOf={({ name }) => name}
            columns={[
              { id: 'name', header: head('setting'), cell: ({ name }) => <code>{name}</code>, isRowHeader: true },
              { id: 'value', header: head('value'), cell: Value },
              { id: 'means', header: head('means'), cell: ({ means }) => means.replaceAll(/`|\[|\]\([^)]*\)/g, '') },
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}

function Value({ value, is_secret, is_set, is_default }: Setting) {
  if (is_secret || !is_set)
    return (
      <Badge tone={is_set ? 'good' : 'idle'}>
        <FormattedMessage id={is_set ? 'operations.secret_set' : 'operations.not_set'} />
      </Badge>
    );
  return (
    <>
      <code>{value}</code>
      {is_default && (
        <span className="small quiet">
          {' '}
          <FormattedMessage id="operations.default" />
        </span>
      )}
    </>
  );
}
