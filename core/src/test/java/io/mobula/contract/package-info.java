/**
 * What the API promises, sentence by sentence, as tests that share no state with tasks and actors
 * through the JVM: they talk through refs, actors, and files whose path is an argument. So the same
 * suite can run with its work in other processes: {@link io.mobula.contract.RuntimeSource} says
 * where the runtime comes from.
 */
package io.mobula.contract;
