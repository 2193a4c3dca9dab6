import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createContext, useContext, useState } from 'react';
import { Link } from 'wouter';
import { api, unwrap } from '../api/client.js';
import { Page } from '../kit/page.js';
import { SearchField } from '../kit/search-field.js';
import { Loaded } from '../kit/states.js';
import { useTexts } from '../kit/texts.js';

export const Course = createContext<string | undefined>(undefined);

/** The id of the course that the page is about. Only areas of a course may ask. */
export const useCourse = (): string => useContext(Course)!;

/** The address of an area of a course. */
export const courseAddress = (courseId: string, area: string) => `/courses/${encodeURIComponent(courseId)}/${area}`;

/** The path of a course's route, for those who cannot use the typed client. */
export const courseApi = (courseId: string, route: string) =>
  `/api/exams/v1/courses/${encodeURIComponent(courseId)}/${route}`;

const lastCourse = 'course';
export const rememberCourse = (courseId: string) => localStorage.setItem(lastCourse, courseId);
export const rememberedCourse = () => localStorage.getItem(lastCourse) ?? undefined;

/** Lets the user choose a course, then shows the area of that course. */
export function ChooseCourse({ area }: { area: string }) {
  const say = useTexts();
  const [search, setSearch] = useState('');
  const query = useQuery({
    queryKey: ['courses', search],
    queryFn: () => unwrap(api.GET('/api/exams/v1/courses', { params: { query: { search } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={say('shell.choose_course')}>
      <SearchField label={say('shell.search_courses')} value={search} onChange={setSearch} />
      <Loaded
        query={query}
        isEmpty={({ courses }) => courses.length === 0}
        empty={say(search ? 'kit.empty' : 'shell.no_courses')}
      >
        {({ courses, more }) => (
          <>
            <ul className="plain-list stack-tight">
              {courses.map(({ course_id, name }) => (
                <li key={course_id}>
                  <Link href={courseAddress(course_id, area)} className="card">
                    <strong>{name ?? course_id}</strong>
                    <span className="quiet small">{course_id}</span>
                  </Link>
                </li>
              ))}
            </ul>
            {more && <p className="quiet">{say('shell.more_courses')}</p>}
          </>
        )}
      </Loaded>
    </Page>
  );
}
