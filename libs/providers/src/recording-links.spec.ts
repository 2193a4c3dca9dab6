import { recordingLinkOf } from './recording-links.js';

const hosts = ['video.example.org', '*.remoteproctor.com', 'port.example.org:8443'];

it.each([
  'https://video.example.org/DirectLink-Generic?ID=1%2B2&é=a b',
  'https://www.remoteproctor.com/1',
  'https://port.example.org:8443/1',
  'https://VIDEO.example.org/1',
])('the link %s is accepted', (link) => expect(recordingLinkOf(link, hosts)).toBe(link));

it.each([
  'http://video.example.org/1',
  'javascript:alert(1)//video.example.org',
  '//video.example.org/1',
  'https://evil.example.org/1',
  'https://video.example.org.evil.org/1',
  'https://video.example.org@evil.org/1',
  'https://somebody:secret@video.example.org/1',
  'https://evilremoteproctor.com/1',
  'https://remoteproctor.com/1',
  'https://evil.org\\@video.example.org/1',
  'https://video.example.org:444/1',
  'no link',
])('the link %s is refused', (link) => expect(recordingLinkOf(link, hosts)).toBeUndefined());
