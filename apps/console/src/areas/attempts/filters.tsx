import { useAddress } from '../../kit/address.js';
import { ExamField } from '../../kit/exam-field.js';
import { SelectField, TextField } from '../../kit/fields.js';
import { SearchField } from '../../kit/search-field.js';
import { useTexts } from '../../kit/texts.js';
import { useCourseExams } from '../../shell/course-exams.js';

const statuses = [
  ...['created', 'download_software_clicked', 'ready_to_start', 'started', 'ready_to_submit', 'submitted'],
  ...['second_review_required', 'verified', 'rejected', 'error', 'declined', 'timed_out', 'expired'],
  ...['onboarding_missing', 'onboarding_pending', 'onboarding_failed', 'onboarding_expired', 'onboarding_reset'],
];

/** The filter of the list, which stands in the address. Days are those of the user's time zone. */
export function useFilter() {
  const [search] = useAddress('search');
  const [status] = useAddress('status');
  const [exam] = useAddress('exam');
  const [provider] = useAddress('provider');
  const [from] = useAddress('from');
  const [until] = useAddress('until');
  return {
    search: search || undefined,
    status: status || undefined,
    exam_id: exam ? Number(exam) : undefined,
    provider: provider || undefined,
    from: from ? beginOf(from, 0) : undefined,
    until: until ? beginOf(until, 1) : undefined,
  };
}

/** The begin of a day, or of a later one. A day that is still being typed is no filter. */
function beginOf(day: string, later: number): string | undefined {
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + later);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

export function Filters() {
  const say = useTexts();
  const [search, setSearch] = useAddress('search');
  const [status, setStatus] = useAddress('status');
  const [exam, setExam] = useAddress('exam');
  const [provider, setProvider] = useAddress('provider');
  const [from, setFrom] = useAddress('from');
  const [until, setUntil] = useAddress('until');
  const { data: exams = [] } = useCourseExams();
  const providers = [...new Set(exams.flatMap(({ is_proctored, backend }) => (is_proctored && backend) || []))].sort();
  const all = { value: '', label: say('kit.all') };
  return (
    <search className="filters">
      <SearchField
        label={say('attempts.search')}
        hint={say('attempts.search_hint')}
        value={search}
        onChange={setSearch}
      />
      <SelectField
        label={say('attempts.status')}
        value={status}
        onChange={setStatus}
        options={[all, ...statuses.map((value) => ({ value, label: say(`status.${value}`) }))]}
      />
      <ExamField exams={exams} value={exam} onChange={setExam} />
      {(providers.length > 1 || provider) && (
        <SelectField
          label={say('attempts.provider')}
          value={provider}
          onChange={setProvider}
          options={[all, ...providers.map((name) => ({ value: name, label: name }))]}
        />
      )}
      <TextField type="date" label={say('attempts.from')} value={from} onChange={setFrom} />
      <TextField type="date" label={say('attempts.until')} value={until} onChange={setUntil} />
    </search>
  );
}
