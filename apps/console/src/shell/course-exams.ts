import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../api/client.js';
import { useCourse } from './course.js';

/** All exams of the course, by name. */
export function useCourseExams() {
  const courseId = useCourse();
  return useQuery({
    queryKey: ['exams', courseId, 'all'],
    queryFn: async () => {
      const read = (page: number) =>
        unwrap(api.GET('/api/exams/v1/courses/{courseId}/exams', { params: { path: { courseId }, query: { page } } }));
      const first = await read(1);
      const others = Array.from({ length: first.pages - 1 }, (_, index) => read(index + 2));
      return [first, ...(await Promise.all(others))].flatMap(({ results }) => results);
    },
    staleTime: 60_000,
  });
}
