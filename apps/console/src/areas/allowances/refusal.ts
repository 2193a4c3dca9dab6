import { useIntl } from 'react-intl';

/** Says why the service did not grant an allowance. */
export function useRefusal() {
  const { formatMessage, messages } = useIntl();
  return (code: string): string => {
    const id = `allowances.problem.${code}`;
    return formatMessage({ id: messages[id] ? id : 'allowances.problem.other' }, { code });
  };
}
