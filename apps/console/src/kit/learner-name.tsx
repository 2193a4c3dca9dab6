import { Link } from 'wouter';

type Learner = { id: number; username: string; email: string; full_name?: string | null };

export const nameOf = ({ full_name, username, id }: Omit<Learner, 'email'>) => full_name || username || `#${id}`;

/** A learner's name, and the user name and e-mail by which staff know the learner. */
export function LearnerName({ learner, href }: { learner: Learner; href?: string }) {
  const { full_name, username, email } = learner;
  return (
    <span className="two-lines">
      {href ? <Link href={href}>{nameOf(learner)}</Link> : <strong>{nameOf(learner)}</strong>}
      <span className="quiet small">{[full_name && username, email].filter(Boolean).join(' · ')}</span>
    </span>
  );
}
