import { FormattedMessage } from 'react-intl';
import { SelectField } from './fields.js';

type Props = {
  exams: readonly { id: number; exam_name: string }[];
  value: string;
  onChange: (examId: string) => void;
};

/** Filters a list by an exam. '' stands for all. */
export function ExamField({ exams, value, onChange }: Props) {
  return (
    <SelectField
      label={<FormattedMessage id="kit.exam" />}
      value={value}
      onChange={onChange}
      options={[
        { value: '', label: <FormattedMessage id="kit.all_exams" /> },
        ...exams.map(({ id, exam_name }) => ({ value: String(id), label: exam_name })),
      ]}
    />
  );
}
