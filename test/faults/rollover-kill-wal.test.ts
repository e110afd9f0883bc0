import { testKilledRollover } from "./killed-rollover.ts";

testKilledRollover("wal");
