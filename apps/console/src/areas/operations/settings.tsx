import { useAddress } from '../../kit/address.js';
import { DataTable } from '../../kit/data-table.js';
import { TextField, Tick } from '../../kit/fields.js';
import { Page } from '../../kit/page.js';
import { Loaded } from '../../kit/states.js';
import { Badge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { type Setting, useSettings } from './queries.js';

/** The configuration in force, without secrets. */
export function Settings() {
  const say = useTexts();
  const title = say('operations.page.settings');
  const [[text, search], [changed, setChanged]] = [useAddress('search'), useAddress('changed')];
  const isShown = ({ name, means, is_default, is_set }: Setting) =>
    `${name} ${means}`.toLowerCase().includes(text.toLowerCase()) && (!changed || (is_set && !is_default));
  return (
    <Page title={title}>
      <p className="quiet">{say('operations.settings_what')}</p>
      <search className="filters">
        <TextField type="search" label={say('operations.search')} value={text} onChange={search} />
        <Tick
          label={say('operations.only_changed')}
          checked={changed !== ''}
          onChange={(on) => setChanged(on ? 'yes' : '')}
        />
      </search>
      <Loaded query={useSettings()} isEmpty={({ results }) => !results.some(isShown)}>
        {({ results }) => (
          <DataTable
            label={title}
            rows={results.filter(isShown)}
            keyOf={({ name }) => name}
            columns={[
              { id: 'name', header: 'operations.setting', cell: ({ name }) => <code>{name}</code>, isRowHeader: true },
              { id: 'value', header: 'operations.value', cell: Value },
              {
                id: 'means',
                header: 'operations.means',
                cell: ({ means }) => means.replaceAll(/`|\[|\]\([^)]*\)/g, ''),
              },
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}

function Value({ value, is_secret, is_set, is_default }: Setting) {
  const say = useTexts();
  if (is_secret || !is_set)
    return (
      <Badge tone={is_set ? 'good' : 'idle'}>{say(is_set ? 'operations.secret_set' : 'operations.not_set')}</Badge>
    );
  return (
    <>
      <code>{value}</code>
      {is_default && <span className="small quiet"> {say('operations.default')}</span>}
    </>
  );
}
