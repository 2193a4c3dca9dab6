import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '#clock';
import { GrantAllowance, type Origin, originOfPart, Refusal } from '#domain';

/** Grants one of the allowances of a request that has many. */
@Injectable()
export class AllowanceGrants {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
  ) {}

  /** Answers why this allowance cannot be granted. The others still are. */
  async grant(
    examId: number,
    userId: number,
    granted: Omit<GrantAllowance['data'], 'at'>,
    by: Origin,
  ): Promise<Refusal | undefined> {
    const data = { ...granted, at: this.clock.now() };
    try {
      await this.commands.execute(
        new GrantAllowance({ examId, userId }, data, originOfPart(by, `${examId} ${userId}`)),
      );
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }
}
