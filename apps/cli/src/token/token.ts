import { type Configuration, jwtSecretOf, signToken } from '#configuration';
import { type Claims } from '#roster';

export type TokenOptions = Omit<Claims, 'user_id' | 'preferred_username'> & {
  userId: number;
  username?: string;
  expiresIn: string;
};

/** A token that the service with this configuration accepts. */
export function tokenFor(options: TokenOptions, configuration: Configuration): Promise<string> {
  const secret = jwtSecretOf(configuration);
  if (!secret)
    throw new Error('The service checks tokens with public keys only. The owner of the private key must sign them.');
  const { userId, username, expiresIn, ...claims } = options;
  const { jwtAudience: audience, jwtIssuer: issuer } = configuration;
  return signToken(
    secret,
    { user_id: userId, preferred_username: username, ...claims },
    { expiresIn, audience, issuer },
  );
}
