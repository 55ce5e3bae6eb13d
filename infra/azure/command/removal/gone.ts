/** `(ResourceNotFound)`, `(ResourceGroupNotFound)`, `(RoleDefinitionDoesNotExist)`, … */
const GONE = /\(\w*(NotFound|DoesNotExist)\)|Code: \w*(NotFound|DoesNotExist)|No matched assignments were found/i;

/** Whether the Azure CLI refused because what was named is not there, which a removal that is repeated finds of half of it. */
export const isGone = (stderr: string): boolean => GONE.test(stderr);
