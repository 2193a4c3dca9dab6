import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { Clock } from '#clock';
import { accessTokenKeysOf, Configuration } from '#configuration';
import { refused } from '../http/http-answer.js';

type Content = { courseId: string; contentId: string };

/** The LMS shows the content of an exam to the holder of such a token (edx-exams.md §5.4). */
@Injectable()
export class ExamAccessTokens {
  private known?: JsonWebKey[];
  /** The same object for all tokens, because jose imports a key once for each object. */
  private signingKey?: KeyObject;

  constructor(
    private readonly clock: Clock,
    private readonly configuration: Configuration,
  ) {}

  /** The claims in the order of edx-exams. There is no key id: the LMS tries its keys one after the other. */
  tokenFor(userId: number, { courseId, contentId }: Content, seconds: number): Promise<string> {
    const [key] = this.keys;
    if (!key)
      throw refused(503, 'This service has no key for access tokens. Its operator must set ACCESS_TOKEN_KEY_FILE.');
    this.signingKey ??= createPrivateKey({ key, format: 'jwk' });
    const issuedAt = Math.floor(Date.parse(this.clock.now()) / 1000);
    return new SignJWT({
      lms_user_id: userId,
      exp: issuedAt + seconds,
      iat: issuedAt,
      iss: `${this.configuration.publicUrl}/`,
      version: '1.2.0',
      course_id: courseId,
      content_id: contentId,
    })
      .setProtectedHeader({ alg: 'RS512', typ: 'JWT' })
      .sign(this.signingKey);
  }

  /** The public parts of all keys, the one that signs first. */
  keySet() {
    return {
      keys: this.keys.map((key) => {
        const { n, e } = createPublicKey({ key, format: 'jwk' }).export({ format: 'jwk' });
        return { kty: 'RSA', use: 'sig', alg: 'RS512', n, e };
      }),
    };
  }

  /** A service without a file of keys makes its key at the first use, not at its start. */
  private get keys(): JsonWebKey[] {
    this.known ??= accessTokenKeysOf(this.configuration);
    return this.known;
  }
}
