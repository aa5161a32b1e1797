/**
 * Which node shall run something. With one node there is one answer, or a clear refusal.
 *
 * <p>Decides only; the ledger grants.
 */
@NullMarked
package io.mobula.internal.placement;

import org.jspecify.annotations.NullMarked;
