/**
 * How many leases a second a node's ledger grants, by what is asked for.
 *
 * <p>Owns the measuring; what is measured is the ledger's own.
 */
@NullMarked
package io.mobula.jmh.ledger;

import org.jspecify.annotations.NullMarked;
