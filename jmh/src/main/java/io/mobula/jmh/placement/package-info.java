/** Placement at a size that no test machine has: policy and ledger arithmetic without sockets. */
@NullMarked
package io.mobula.jmh.placement;

import org.jspecify.annotations.NullMarked;
