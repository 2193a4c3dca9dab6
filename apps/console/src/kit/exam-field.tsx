import { SelectField } from './fields.js';
import { useTexts } from './texts.js';

type Props = {
  exams: readonly { id: number; exam_name: string }[];
  value: string;
  onChange: (examId: string) => void;
};

/** Filters a list by an exam. '' stands for all. */
export function ExamField({ exams, value, onChange }: Props) {
  const say = useTexts();
  return (
    <SelectField
      label={say('kit.exam')}
      value={value}
      onChange={onChange}
      options={[
        { value: '', label: say('kit.all_exams') },
        ...exams.map(({ id, exam_name }) => ({ value: String(id), label: exam_name })),
      ]}
    />
  );
}
