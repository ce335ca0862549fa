/** Huge pages for what the graph's process allocates: the weights of a BERT lie scattered over thousands of ordinary
 *  pages, and each run asks for all of them. glibc then tells the kernel that it may use pages of 2 MiB, which is what
 *  kernels set to `madvise`, the default of most, wait for (set to `always` they do so anyway, set to `never` they don't).
 *  Measured on 2 cores of a Zen 4, MiniLM-L6: one text of 10 tokens on one thread 15 to 28 % quicker, lone texts of mixed
 *  lengths on all cores 6 %, sorted batches 1 to 2 %; no more memory. Source: The GNU C Library, "Memory Allocation Tunables", glibc.malloc.hugetlb (2.35 and
 *  newer; older ones ignore it); Linux, "Transparent Hugepage Support". */
export const HUGE_PAGES = { name: "GLIBC_TUNABLES", value: "glibc.malloc.hugetlb=1" } as const;
