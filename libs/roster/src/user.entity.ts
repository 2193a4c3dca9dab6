import { Column, Entity, PrimaryColumn, type Repository } from 'typeorm';
import type { Caller } from './people.js';

/** A row of `users`, for the authentication of requests. */
@Entity('users')
export class UserRow {
  @PrimaryColumn({ type: 'bigint', transformer: { from: Number, to: (id) => id } })
  id: number;

  @Column({ type: 'text' })
  username: string;

  @Column({ type: 'text' })
  email: string;

  @Column({ type: 'text', name: 'full_name' })
  fullName: string;

  @Column({ type: 'boolean', name: 'is_staff' })
  isStaff: boolean;

  @Column({ type: 'boolean', name: 'is_superuser' })
  isSuperuser: boolean;

  @Column({ type: 'boolean', name: 'is_active' })
  isActive: boolean;

  @Column({ type: 'text', array: true })
  groups: string[];
}

/** Makes a token's user known by name, without rights: those of a token last as long as its request. */
export async function rememberUser(users: Repository<UserRow>, { userId, username, email, name }: Caller) {
  await users
    .createQueryBuilder()
    .insert()
    .values({
      id: userId,
      username,
      email,
      fullName: name,
      isStaff: false,
      isSuperuser: false,
      isActive: true,
      groups: [],
    })
    .orIgnore()
    .execute();
}
