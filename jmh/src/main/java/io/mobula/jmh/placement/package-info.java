/**
 * Simulated placement for clusters larger than any test machine: the real policy and ledger
 * arithmetic, without sockets.
 */
@NullMarked
package io.mobula.jmh.placement;

import org.jspecify.annotations.NullMarked;
