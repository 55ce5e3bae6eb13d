/** Whether a machine's id is that of an instance of a uniform scale set, which is no virtual machine of its own. */
export const isOfUniformScaleSet = (machine: string | null): boolean =>
  /\/virtualmachinescalesets\/[^/]+\/virtualmachines\//i.test(machine ?? '');
