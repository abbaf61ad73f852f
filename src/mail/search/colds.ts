// Cold records of e-mails for the indexer.
import { DataType } from '../../account/index.ts';
import { type DataStore, keys } from '../../store/index.ts';
import { decodeCold } from '../records/cold.ts';
import type { ReadColds } from './types.ts';

/** Reads cold records from the data store. */
export const readColdsFrom =
  (data: DataStore): ReadColds =>
  async (account, ids) => {
    const rows = await data.getMany(ids.map((id) => keys.coldKey(account, DataType.Email, id)));
    return rows.map((row) => row && decodeCold(row));
  };
