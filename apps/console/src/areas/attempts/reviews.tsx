import type { Shape } from '../../api/client.js';
import { Badge, type Tone } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { durationOf, Time } from '../../kit/times.js';

type Review = Shape<'AttemptReview'>;

const tones: Record<Review['status'], Tone> = {
  Clean: 'good',
  'Rules Violation': 'warn',
  Suspicious: 'bad',
  'Not Reviewed': 'idle',
};

export function Reviews({ reviews }: { reviews: readonly Review[] }) {
  const say = useTexts();
  return (
    <section className="stack-tight">
      <h2>{say('attempts.reviews')}</h2>
      {reviews.length === 0 && <p className="quiet">{say('attempts.no_reviews')}</p>}
      {reviews.map((review) => (
        <article key={review.at} className="card stack-tight">
          <p className="row">
            <Badge tone={tones[review.status]}>{say(`attempts.review.${review.status}`)}</Badge>
            <span className="quiet small">
              <Time at={review.at} /> · {say('attempts.sent_by', { name: review.sent_by ?? '–' })}
              {' · '}
              {review.reviewed_by
                ? say('attempts.reviewed_by', { name: review.reviewed_by })
                : say('attempts.reviewed_by_nobody')}
            </span>
          </p>
          <Comments review={review} />
          {review.has_recording && <p className="quiet small">{say('attempts.has_recording')}</p>}
        </article>
      ))}
    </section>
  );
}

function Comments({ review: { comments, comment_count } }: { review: Review }) {
  const say = useTexts();
  if (comment_count === 0) return null;
  if (!comments) return <p className="quiet">{say('attempts.comments_erased', { count: comment_count })}</p>;
  return (
    <ul className="attempts-comments">
      {comments.map(({ comment, status, start, stop }, index) => (
        <li key={index}>
          {(start > 0 || stop > 0) && (
            <span className="fixed quiet">
              {durationOf(start)}–{durationOf(stop)}
            </span>
          )}{' '}
          <strong>{status}</strong>: {comment}
        </li>
      ))}
    </ul>
  );
}
