import { conforms } from '@summit/sdk/testing';

conforms(new URL('..', import.meta.url));
