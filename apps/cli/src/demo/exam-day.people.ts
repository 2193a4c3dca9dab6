import type { Person } from './client.js';

const names = [
  ...['Ada Lovelace', 'Alan Turing', 'Grace Hopper', 'Edsger Dijkstra', 'Barbara Liskov'],
  ...['Donald Knuth', 'Frances Allen', 'Tony Hoare', 'Margaret Hamilton', 'Niklaus Wirth'],
  ...['Radia Perlman', 'Leslie Lamport', 'Katherine Johnson', 'John Backus', 'Shafi Goldwasser'],
  ...['Robin Milner', 'Jean Bartik', 'Dennis Ritchie', 'Lynn Conway', 'Emmy Noether'],
];

/** The people of one course. With another `number` they are others. */
export function peopleOf(number: number) {
  const person = (index: number, username: string, name: string, more: Partial<Person> = {}): Person => ({
    ...{ user_id: 1_000_000_000 + number * 100 + index, preferred_username: `${username}-${number}`, name },
    ...more,
  });
  const learners = names.map((name, index) => person(index, name.split(' ')[0]!.toLowerCase(), name));
  return {
    learners: learners as [Person, ...Person[]],
    teacher: person(50, 'teacher', 'The teacher'),
    auditor: person(51, 'auditor', 'The auditor', { scopes: ['audit:read'] }),
    operator: { user_id: 1, preferred_username: 'staff', administrator: true, scopes: ['roster:rights'] } as Person,
  };
}
