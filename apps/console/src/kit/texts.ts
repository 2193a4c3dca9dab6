import { useIntl } from 'react-intl';

type Values = Record<string, string | number | boolean | null | undefined>;

/** `say(id)` is a text in the user's language. `<FormattedMessage>` is for texts whose values are elements. */
export function useTexts() {
  const { formatMessage } = useIntl();
  return (id: string, values?: Values): string => formatMessage({ id }, values);
}
